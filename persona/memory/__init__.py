"""What the persona keeps."""
