"""What the roles allow, asked of a simulator of IAM, question by question."""
