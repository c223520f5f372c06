namespace NeuralOde.Tensors.Kernels;

/// <summary>F(4, 3), with the points 0, 1, −1, 2, −2 and infinity.</summary>
internal readonly struct WinogradTile4 : IWinogradTile
{
    public static int Outputs => 4;

    public static int Taps => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<T, TVector, TSource, TSink>(TSource d, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector d0 = d.Load(0), d1 = d.Load(1), d2 = d.Load(2), d3 = d.Load(3), d4 = d.Load(4), d5 = d.Load(5);
        TVector two = TVector.Constant(2), four = TVector.Constant(4), five = TVector.Constant(5);
        TVector even = TVector.NegateMultiplyAdd(four, d2, d4), odd = TVector.NegateMultiplyAdd(four, d1, d3), evenOfTwo = d4 - d2, oddOfTwo = two * (d3 - d1);
        to.Store(0, TVector.MultiplyAdd(four, d0, TVector.NegateMultiplyAdd(five, d2, d4)));
        to.Store(1, even + odd);
        to.Store(2, even - odd);
        to.Store(3, evenOfTwo + oddOfTwo);
        to.Store(4, evenOfTwo - oddOfTwo);
        to.Store(5, TVector.MultiplyAdd(four, d1, TVector.NegateMultiplyAdd(five, d3, d5)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<T, TVector, TSource, TSink>(TSource x, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector x0 = x.Load(0), x1 = x.Load(1), x2 = x.Load(2), x3 = x.Load(3), x4 = x.Load(4), x5 = x.Load(5);
        TVector two = TVector.Constant(2), four = TVector.Constant(4), eight = TVector.Constant(8);
        TVector sum = x1 + x2, difference = x1 - x2, sumOfTwo = x3 + x4, differenceOfTwo = x3 - x4;
        to.Store(0, (x0 + sum) + sumOfTwo);
        to.Store(1, TVector.MultiplyAdd(two, differenceOfTwo, difference));
        to.Store(2, TVector.MultiplyAdd(four, sumOfTwo, sum));
        to.Store(3, TVector.MultiplyAdd(eight, differenceOfTwo, difference + x5));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Cotangent<T, TVector, TSource, TSink>(TSource y, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector y0 = y.Load(0), y1 = y.Load(1), y2 = y.Load(2), y3 = y.Load(3);
        TVector two = TVector.Constant(2), four = TVector.Constant(4), eight = TVector.Constant(8);
        TVector even = y0 + y2, odd = y1 + y3, evenOfTwo = TVector.MultiplyAdd(four, y2, y0), oddOfTwo = TVector.MultiplyAdd(eight, y3, two * y1);
        to.Store(0, y0);
        to.Store(1, even + odd);
        to.Store(2, even - odd);
        to.Store(3, evenOfTwo + oddOfTwo);
        to.Store(4, evenOfTwo - oddOfTwo);
        to.Store(5, y3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Kernel<T, TVector, TSource, TSink>(TSource g, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector g0 = g.Load(0), g1 = g.Load(1), g2 = g.Load(2);
        TVector quarter = TVector.Constant(0.25), sixth = TVector.Constant(-1 / 6.0), twelfth = TVector.Constant(1 / 12.0), small = TVector.Constant(1 / 24.0);
        TVector ends = g0 + g2, endsOfTwo = TVector.MultiplyAdd(small, g0, -(sixth * g2)), middle = twelfth * g1;
        to.Store(0, quarter * g0);
        to.Store(1, sixth * (ends + g1));
        to.Store(2, sixth * (ends - g1));
        to.Store(3, endsOfTwo + middle);
        to.Store(4, endsOfTwo - middle);
        to.Store(5, g2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void KernelGradient<T, TVector, TSource, TSink>(TSource x, TSink to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct, ISimdVector<TVector, T>
        where TSource : struct, IVectorSource<TVector>
        where TSink : struct, IVectorSink<TVector>
    {
        TVector x0 = x.Load(0), x1 = x.Load(1), x2 = x.Load(2), x3 = x.Load(3), x4 = x.Load(4), x5 = x.Load(5);
        TVector quarter = TVector.Constant(0.25), sixth = TVector.Constant(-1 / 6.0), twelfth = TVector.Constant(1 / 12.0), small = TVector.Constant(1 / 24.0);
        TVector sum = sixth * (x1 + x2), sumOfTwo = x3 + x4;
        to.Store(0, TVector.MultiplyAdd(small, sumOfTwo, TVector.MultiplyAdd(quarter, x0, sum)));
        to.Store(1, TVector.MultiplyAdd(sixth, x1 - x2, twelfth * (x3 - x4)));
        to.Store(2, TVector.NegateMultiplyAdd(sixth, sumOfTwo, sum) + x5);
    }
}
