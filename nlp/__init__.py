"""The ear: text in, `Heard` out; pure and deterministic."""
