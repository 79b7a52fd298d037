"""Language models behind the `Model` port, one file a protocol."""
