namespace NeuralOde.Tensors.Kernels;

/// <summary>F(2, 3), with the points 0, 1, −1 and infinity.</summary>
internal readonly struct WinogradTile2 : IWinogradTile
{
    public static int Outputs => 2;

    public static int Taps => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<T, TVector, TSource, TSink>(TSource d, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector d0 = d.Load(0), d1 = d.Load(1), d2 = d.Load(2), d3 = d.Load(3);
        to.Store(0, d0 - d2);
        to.Store(1, d1 + d2);
        to.Store(2, d2 - d1);
        to.Store(3, d1 - d3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<T, TVector, TSource, TSink>(TSource x, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector x0 = x.Load(0), x1 = x.Load(1), x2 = x.Load(2), x3 = x.Load(3);
        to.Store(0, (x0 + x1) + x2);
        to.Store(1, (x1 - x2) - x3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Cotangent<T, TVector, TSource, TSink>(TSource y, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector y0 = y.Load(0), y1 = y.Load(1);
        to.Store(0, y0);
        to.Store(1, y0 + y1);
        to.Store(2, y0 - y1);
        to.Store(3, -y1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Kernel<T, TVector, TSource, TSink>(TSource g, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector g0 = g.Load(0), g1 = g.Load(1), g2 = g.Load(2);
        TVector half = TVector.Constant(0.5), ends = g0 + g2;
        to.Store(0, g0);
        to.Store(1, half * (ends + g1));
        to.Store(2, half * (ends - g1));
        to.Store(3, g2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void KernelGradient<T, TVector, TSource, TSink>(TSource x, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector x0 = x.Load(0), x1 = x.Load(1), x2 = x.Load(2), x3 = x.Load(3);
        TVector half = TVector.Constant(0.5), sum = half * (x1 + x2);
        to.Store(0, x0 + sum);
        to.Store(1, half * (x1 - x2));
        to.Store(2, sum + x3);
    }
}
