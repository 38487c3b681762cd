"""What MusicXML calls things, for who reads it and who writes it."""

TYPES = ("long", "breve", "whole", "half", "quarter", "eighth", "16th", "32nd", "64th", "128th", "256th")
QUARTER = TYPES.index("quarter")  # each value is half of the one before
LOUD = 90  # the velocity that 100 percent of dynamics are
FIFTHS = "FCGDAEB"  # the steps, each a fifth above the one before
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}  # semitones above C

# Where drums of General MIDI stand on the staff (Weinberg 1998, Guidelines for Drumset Notation).
PLACES = {
    36: ("F", 4),  # bass drum
    38: ("C", 5),  # snare
    42: ("G", 5),  # closed hi-hat
    43: ("A", 4),  # floor tom
    44: ("D", 4),  # pedal hi-hat
    47: ("D", 5),  # middle tom
    49: ("A", 5),  # crash
    50: ("E", 5),  # high tom
    51: ("F", 5),  # ride
}
SNARE = 38
