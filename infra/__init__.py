"""What runs where in AWS, derived from the catalog and the code itself."""
