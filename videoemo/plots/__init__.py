"""Pictures of what was found: a timeline for a video, an overview for a folder. The only room that imports matplotlib."""

from __future__ import annotations

from videoemo.plots._overview import overview
from videoemo.plots._timeline import timeline

__all__ = ["overview", "timeline"]
