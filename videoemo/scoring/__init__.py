"""Videos scored: `videoemo.score`, a folder of videos, and every output that is written of one."""
