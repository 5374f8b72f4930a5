"""What eval/speed.py and eval/agreement.py are made of: worker processes that wait to be timed, the peers, clips, tables."""
