"""Words against footage: what a search and a script have in common with what is known of each shot."""
