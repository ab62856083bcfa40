"""A stream and a batch that push at once through Feast's plain SDK: through our online store, and Feast's Redis one."""
