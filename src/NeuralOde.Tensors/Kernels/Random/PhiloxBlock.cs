namespace NeuralOde.Tensors.Kernels;

/// <summary>The 128 random bits that one counter gives, as four words.</summary>
public readonly record struct PhiloxBlock(uint Word0, uint Word1, uint Word2, uint Word3)
{
    /// <summary>Word 0, 1, 2 or 3.</summary>
    public uint this[int word] => word switch
    {
        0 => Word0,
        1 => Word1,
        2 => Word2,
        _ => Word3,
    };

    /// <summary>Words 0 and 1, or 2 and 3, the earlier one in the low half.</summary>
    public ulong Long(int pair) => pair == 0 ? Word0 | ((ulong)Word1 << 32) : Word2 | ((ulong)Word3 << 32);
}
