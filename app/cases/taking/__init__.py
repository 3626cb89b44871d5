"""What a family takes along: everything that its case holds, as a page that opens anywhere and as data."""
