"""The directory: organisations, their phones and hours, what they are and are not competent for."""
