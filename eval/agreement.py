"""Whether anything is lost for speed: what `score` finds, beside full detection on every frame in float32 by the reference engine.

    python eval/agreement.py --json FILE [--extractor NAME] [--frames N]
    python eval/agreement.py --table FILE

Clips of $VIDEOEMO_SHARED/media. Boxes match at an intersection over union of 0.5 or more, one to one, within a frame; a box of ours also counts as right
if the reference has it in the frame before or after, where a face that is followed may already, or still, be. Bars: precision and recall 0.98,
cosine of embeddings 0.995, the same dominant class for 99 % of matched faces, mean probabilities of a clip within 0.01. Exit status 1 when one is missed.
"""

from __future__ import annotations
