"""Results drawn. The only place that knows matplotlib and seaborn."""
