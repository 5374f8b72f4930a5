"""What the commands of eval are made of: worker processes to be timed, peers, clips, tables."""
