"""Face detection by MTCNN: on whole keyframes, and between them in regions of interest."""
