"""From Markdown to rows to trees: what is written, not yet what it means."""
