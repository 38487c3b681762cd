"""How a timeline becomes encoded segments, and segments a film."""
