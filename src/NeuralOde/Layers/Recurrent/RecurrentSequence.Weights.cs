namespace NeuralOde.Layers.Recurrent;

// Between the order of the parameters and the order that the products read.
internal sealed partial class RecurrentSequence<T, TGates>
{
    /// <summary>The weights in the order of the blocks, and turned so that products read their rows.</summary>
    private void Pack(RecurrentWeights<T> weights)
    {
        Layout.Transpose(weights.Hidden, HiddenWidth, _hidden, _hiddenWeight);
        for (int block = 0; block < TGates.BlockCount; block++)
        {
            int fromInput = TGates.InputBlocks[block] * _hidden;
            int fromHidden = TGates.HiddenBlocks[block] * _hidden;
            for (int unit = 0; unit < _hidden; unit++)
            {
                int column = (block * _hidden) + unit;
                for (int i = 0; i < _inputs; i++)
                {
                    _inputWeight[(i * _width) + column] = fromInput < 0 ? T.Zero : weights.Input[((fromInput + unit) * _inputs) + i];
                }

                _inputWeight[(_inputs * _width) + column] =
                    (fromInput < 0 ? T.Zero : weights.InputBias[fromInput + unit]) + (fromHidden < 0 ? T.Zero : weights.HiddenBias[fromHidden + unit]);
            }
        }
    }

    private void Unpack(RecurrentGradients<T> gradients)
    {
        for (int block = 0; block < TGates.BlockCount; block++)
        {
            int toInput = TGates.InputBlocks[block] * _hidden;
            int toHidden = TGates.HiddenBlocks[block] * _hidden;
            for (int unit = 0; unit < _hidden; unit++)
            {
                int column = (block * _hidden) + unit;
                T bias = _inputWeightGradient[(_inputs * _width) + column];
                if (toInput >= 0)
                {
                    gradients.InputBias[toInput + unit] = bias;
                    for (int i = 0; i < _inputs; i++)
                    {
                        gradients.Input[((toInput + unit) * _inputs) + i] = _inputWeightGradient[(i * _width) + column];
                    }
                }

                if (toHidden >= 0)
                {
                    gradients.HiddenBias[toHidden + unit] = bias;
                }
            }
        }
    }
}
