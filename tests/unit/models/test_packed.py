"""The GRU for training is PyTorch's, in values and gradients, on rows of unequal lengths."""

import torch
from torch import nn

from backend.nets.packed import Packing, last_states, packed_gru
from backend.nets.sequences import SequenceConfig, SequenceDecoder, TiedSoftmax

LENGTHS = torch.tensor([2, 5, 1, 5, 3])


def test_it_is_the_gru_of_pytorch_in_values_and_gradients():
    torch.manual_seed(0)
    rnn = nn.GRU(4, 6, batch_first=True).double()
    x = torch.randn(5, 5, 4, dtype=torch.double, requires_grad=True)
    first = torch.randn(5, 6, dtype=torch.double, requires_grad=True)
    weights = torch.randn(5, 6, dtype=torch.double)  # of the last states in what is minimised
    every = torch.randn(16, 6, dtype=torch.double)  # and of all
    packing = Packing.of(LENGTHS)

    states, _ = rnn(x, first[None])
    theirs = states[packing.rows, packing.columns]
    last = states[torch.arange(5), LENGTHS - 1]
    wanted = [x, first, *rnn.parameters()]
    expected = torch.autograd.grad((last * weights).sum() + (theirs * every).sum(), wanted)

    tokens = x[packing.rows, packing.columns]
    gates = nn.functional.linear(tokens, rnn.weight_ih_l0, rnn.bias_ih_l0)
    mine = packed_gru(rnn, gates, first[packing.order], packing.sizes)
    torch.testing.assert_close(mine, theirs)
    torch.testing.assert_close(mine[packing.last], last)
    loss = (mine[packing.last] * weights).sum() + (mine * every).sum()
    for got, want in zip(torch.autograd.grad(loss, wanted), expected, strict=True):
        torch.testing.assert_close(got, want)


def test_a_row_begins_with_zeros_unless_told():
    torch.manual_seed(0)
    rnn = nn.GRU(4, 6, batch_first=True)
    x = torch.randn(3, 2, 4)
    packing = Packing.of(torch.tensor([2, 2, 2]))
    mine = last_states(rnn, x[packing.rows, packing.columns], packing)
    torch.testing.assert_close(mine, rnn(x)[0][:, -1])


def test_a_decoder_that_is_taught_reads_as_it_does_afterwards():
    torch.manual_seed(0)
    config = SequenceConfig.tiny(dropout=0.0)
    decoder = SequenceDecoder(config, TiedSoftmax(config.vocab_size, config.embedding_dim))
    z, words = torch.randn(4, 3), torch.randint(4, 12, (4, 5))
    state = decoder(z).state
    for taught, read in zip(
        decoder.train().hidden(words, state), decoder.eval().hidden(words, state), strict=True
    ):
        torch.testing.assert_close(taught, read)
