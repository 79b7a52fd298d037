"""One file or folder, one way in and out."""
