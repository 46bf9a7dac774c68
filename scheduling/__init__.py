"""The core: rules of booking and matching; pure, with the clock as an argument."""
