"""What is said: texts taken apart, read out in words, and spelt in phones."""
