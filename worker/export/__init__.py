"""The canonical topics as Parquet, for people who count."""
