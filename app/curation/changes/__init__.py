"""What changed on the site, as readers are told."""
