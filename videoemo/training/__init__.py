"""The training of an extractor: faces and voters in, a frozen network and its card out."""
