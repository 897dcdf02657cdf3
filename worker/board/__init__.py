"""The board: a downstream consumer that shows people how stories travel."""
