"""The players: puppets, their bones, clothes, gait and gestures; animals too."""
