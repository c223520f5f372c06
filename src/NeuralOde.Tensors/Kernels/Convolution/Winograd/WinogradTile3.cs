namespace NeuralOde.Tensors.Kernels;

/// <summary>F(3, 3), with the points 0, 1, −1, 2 and infinity.</summary>
internal readonly struct WinogradTile3 : IWinogradTile
{
    public static int Outputs => 3;

    public static int Taps => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<T, TVector, TSource, TSink>(TSource d, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector d0 = d.Load(0), d1 = d.Load(1), d2 = d.Load(2), d3 = d.Load(3), d4 = d.Load(4);
        TVector two = TVector.Constant(2), difference = d3 - d1;
        to.Store(0, TVector.MultiplyAdd(two, d0 - d2, difference));
        to.Store(1, TVector.MultiplyAdd(two, d1, d2 - d3));
        to.Store(2, TVector.MultiplyAdd(two, d2 - d1, d2 - d3));
        to.Store(3, difference);
        to.Store(4, TVector.NegateMultiplyAdd(two, difference, d4 - d2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<T, TVector, TSource, TSink>(TSource x, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector x0 = x.Load(0), x1 = x.Load(1), x2 = x.Load(2), x3 = x.Load(3), x4 = x.Load(4);
        TVector two = TVector.Constant(2), four = TVector.Constant(4), sum = x1 + x2;
        to.Store(0, (x0 + sum) + x3);
        to.Store(1, TVector.MultiplyAdd(two, x3, x1 - x2));
        to.Store(2, TVector.MultiplyAdd(four, x3, sum + x4));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Cotangent<T, TVector, TSource, TSink>(TSource y, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector y0 = y.Load(0), y1 = y.Load(1), y2 = y.Load(2);
        TVector two = TVector.Constant(2), four = TVector.Constant(4), ends = y0 + y2;
        to.Store(0, y0);
        to.Store(1, ends + y1);
        to.Store(2, ends - y1);
        to.Store(3, TVector.MultiplyAdd(four, y2, TVector.MultiplyAdd(two, y1, y0)));
        to.Store(4, y2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Kernel<T, TVector, TSource, TSink>(TSource g, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector g0 = g.Load(0), g1 = g.Load(1), g2 = g.Load(2);
        TVector half = TVector.Constant(0.5), sixth = TVector.Constant(1 / 6.0), ends = g0 + g2;
        TVector two = TVector.Constant(2), four = TVector.Constant(4);
        to.Store(0, half * g0);
        to.Store(1, half * (ends + g1));
        to.Store(2, sixth * (ends - g1));
        to.Store(3, sixth * TVector.MultiplyAdd(four, g2, TVector.MultiplyAdd(two, g1, g0)));
        to.Store(4, g2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void KernelGradient<T, TVector, TSource, TSink>(TSource x, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector x0 = x.Load(0), x1 = x.Load(1), x2 = x.Load(2), x3 = x.Load(3), x4 = x.Load(4);
        TVector half = TVector.Constant(0.5), sixth = TVector.Constant(1 / 6.0), two = TVector.Constant(2), four = TVector.Constant(4);
        to.Store(0, TVector.MultiplyAdd(sixth, x2 + x3, half * (x0 + x1)));
        to.Store(1, TVector.MultiplyAdd(sixth, TVector.MultiplyAdd(two, x3, -x2), half * x1));
        to.Store(2, TVector.MultiplyAdd(sixth, TVector.MultiplyAdd(four, x3, x2), TVector.MultiplyAdd(half, x1, x4)));
    }
}
