"""Public statistics: figures of complete months and years in which no small number can be found."""
