"""The built-in voice: what is said is pronounced, set to mel frames and sounded, in NumPy alone."""
