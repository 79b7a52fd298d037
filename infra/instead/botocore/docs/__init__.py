"""The texts of AWS's models do not ship, so nothing writes documentation from them."""
