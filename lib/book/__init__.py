"""Makes the site: numbering, links, citations, figures."""
