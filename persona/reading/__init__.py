"""What others wrote, as its reader would see it: bytes to letters, pages to lines."""
