namespace NeuralOde.Tensors.Kernels;

/// <summary>F(3, 2), with the points 0, 1, −1 and infinity, for the phases of a 4x4 kernel with stride 2. It sees pixels as F(2, 3) does.</summary>
internal readonly struct WinogradStridedTile3 : IWinogradTile
{
    public static int Outputs => 3;

    public static int Taps => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<T, TVector, TSource, TSink>(TSource d, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector> => WinogradTile2.Input<T, TVector, TSource, TSink>(d, to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<T, TVector, TSource, TSink>(TSource x, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector x0 = x.Load(0), x1 = x.Load(1), x2 = x.Load(2), x3 = x.Load(3), sum = x1 + x2;
        to.Store(0, x0 + sum);
        to.Store(1, x1 - x2);
        to.Store(2, sum - x3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Cotangent<T, TVector, TSource, TSink>(TSource y, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector y0 = y.Load(0), y1 = y.Load(1), y2 = y.Load(2), ends = y0 + y2;
        to.Store(0, y0);
        to.Store(1, ends + y1);
        to.Store(2, ends - y1);
        to.Store(3, -y2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Kernel<T, TVector, TSource, TSink>(TSource g, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector g0 = g.Load(0), g1 = g.Load(1), half = TVector.Constant(0.5);
        to.Store(0, g0);
        to.Store(1, half * (g0 + g1));
        to.Store(2, half * (g0 - g1));
        to.Store(3, g1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void KernelGradient<T, TVector, TSource, TSink>(TSource x, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector x0 = x.Load(0), x1 = x.Load(1), x2 = x.Load(2), x3 = x.Load(3), half = TVector.Constant(0.5);
        to.Store(0, TVector.MultiplyAdd(half, x1 + x2, x0));
        to.Store(1, TVector.MultiplyAdd(half, x1 - x2, x3));
    }
}
