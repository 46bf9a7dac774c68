"""The table talk: frames and slots, pure; it knows no hospital."""
