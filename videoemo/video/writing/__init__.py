"""Video files written: H.264 in MP4 where it can be, with the source's own times."""
