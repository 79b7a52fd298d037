"""Where the hub runs: one folder a family, in each the same file names, one per port."""
