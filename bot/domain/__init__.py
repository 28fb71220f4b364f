"""What Digestbot decides, without any input or output: values and pure rules."""
