using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Vectors;

/// <summary>A function of one element, for the lanes that a vector function leaves to it.</summary>
internal interface IScalarFunction<T>
{
    static abstract T Invoke(T x);
}

/// <summary>A function of two elements, for operators that have no vector form.</summary>
internal interface IScalarFunction2<T>
{
    static abstract T Invoke(T x, T y);
}

/// <summary>Runs a vector one lane at a time.</summary>
[SkipLocalsInit]
internal static unsafe class Lanes
{
    /// <summary>The function of every lane. Never inlined: it is the rare path of functions that are.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static TVector Map<TVector, T, TFunction>(TVector x)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFunction : struct, IScalarFunction<T>
    {
        T* lanes = stackalloc T[TVector.Count];
        TVector.Store(x, lanes);
        for (int i = 0; i < TVector.Count; i++)
        {
            lanes[i] = TFunction.Invoke(lanes[i]);
        }

        return TVector.Load(lanes);
    }

    /// <summary>The function of every pair of lanes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static TVector Map<TVector, T, TFunction>(TVector x, TVector y)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFunction : struct, IScalarFunction2<T>
    {
        T* left = stackalloc T[TVector.Count];
        T* right = stackalloc T[TVector.Count];
        TVector.Store(x, left);
        TVector.Store(y, right);
        for (int i = 0; i < TVector.Count; i++)
        {
            left[i] = TFunction.Invoke(left[i], right[i]);
        }

        return TVector.Load(left);
    }
}
