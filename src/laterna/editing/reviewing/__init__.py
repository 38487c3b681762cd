"""What a review looks at: sketches of the pictures, the sound, the captions, and the findings that follow."""
