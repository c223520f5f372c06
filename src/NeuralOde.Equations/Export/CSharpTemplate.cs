namespace NeuralOde.Equations.Export;

/// <summary>The part of an exported model that is the same for all: a solver, in C# without dependencies.</summary>
internal static class CSharpTemplate
{
    /// <summary>Members of the class; <c>StateCount</c>, <c>Start</c>, <c>Initial</c>, <c>Derivatives</c>, <c>Jacobian</c> and <c>Changes</c> are the model's.</summary>
    public const string Solver = """
            // Steinebach's Rodas5P (BIT Numerical Mathematics 63:27, 2023): order 5, for stiff equations and others.
            private static readonly double[][] s_a =
            [
                [],
                [3.0],
                [2.849394379747939, 0.45842242204463923],
                [-6.954028509809101, 2.489845061869568, -10.358996098473584],
                [2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641],
                [-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946],
                [-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946, 1],
                [-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946, 1, 1],
            ];

            private static readonly double[][] s_c =
            [
                [],
                [-14.155112264123755],
                [-17.97296035885952, -2.859693295451294],
                [147.12150275711716, -1.41221402718213, 71.68940251302358],
                [165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306],
                [24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471],
                [30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783, -19.097331116725623, -28.087943162872662],
                [37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047, -40.06618937091002, -54.66780262877968, -9.48861652309627],
            ];

            private static readonly double[] s_node = [0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1, 1, 1];
            private static readonly double[] s_time = [0.21193756319429014, -0.42387512638858027, -0.3384627126235924, 1.8046452872882734, 2.325825639765069, 0, 0, 0];
            private static readonly double[] s_weight = [-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946, 1, 1, 1];

            private const double Gamma = 0.21193756319429014;
            private const int Stages = 8;

            private readonly List<(int Dose, double Time, double Amount, double Rate)> _doses = [];
            private readonly double[] _flow = new double[StateCount];

            /// <summary>Removes all doses that were added.</summary>
            public void ClearDoses() => _doses.Clear();

            /// <summary>Solves to given times.</summary>
            /// <param name="times">Rising times, none before <see cref="Start"/>.</param>
            /// <param name="relativeTolerance">How exactly.</param>
            /// <returns>The states at each time; at that of a dose, those before it.</returns>
            public double[][] Solve(IReadOnlyList<double> times, double relativeTolerance = 1e-8)
            {
                for (int i = 0; i < times.Count; i++)
                {
                    if (!(times[i] >= (i == 0 ? Start : times[i - 1])))
                    {
                        throw new ArgumentException("The times must rise, and none may be before the start.", nameof(times));
                    }
                }

                double[][] states = new double[times.Count][];
                double end = times.Count == 0 ? Start : times[^1], t = Start, h = 0;
                double[] y = new double[StateCount], size = new double[StateCount];
                Array.Clear(_flow);
                Initial(y);
                List<(double Time, int State, double Amount, double Flow)> changes = Changes(end);
                changes.Sort(static (a, b) => a.Time.CompareTo(b.Time));
                int change = 0;
                for (int next = 0; next < times.Count;)
                {
                    double stop = change < changes.Count ? Math.Min(changes[change].Time, times[next]) : times[next];
                    if (stop > t)
                    {
                        h = Integrate(ref t, stop, y, size, h, relativeTolerance);
                    }

                    while (next < times.Count && times[next] <= t)
                    {
                        states[next++] = (double[])y.Clone();
                    }

                    for (; change < changes.Count && changes[change].Time <= t; change++)
                    {
                        if (changes[change].State >= 0)
                        {
                            y[changes[change].State] += changes[change].Amount;
                            _flow[changes[change].State] += changes[change].Flow;
                        }

                        h = 0;
                    }
                }

                return states;
            }

            private static void AddChange(List<(double Time, int State, double Amount, double Flow)> to, double time, int state, double amount, double rate, double duration)
            {
                double length = rate > 0 ? amount / rate : duration;
                if (length > 0)
                {
                    to.Add((time, state, 0, amount / length));
                    to.Add((time + length, state, 0, -amount / length));
                }
                else
                {
                    to.Add((time, state, amount, 0));
                }
            }

            // Times at which the derivative jumps: where intercept + slope * t passes 0, or any whole number.
            private void AddSwitches(List<(double Time, int State, double Amount, double Flow)> to, double intercept, double slope, bool atWholeNumbers, double end)
            {
                double low = Math.Min(intercept + (slope * Start), intercept + (slope * end)), high = Math.Max(intercept + (slope * Start), intercept + (slope * end));
                for (double level = atWholeNumbers ? Math.Ceiling(low) : 0; slope != 0 && level <= (atWholeNumbers ? high : 0); level++)
                {
                    double time = (level - intercept) / slope;
                    if (time > Start && time < end)
                    {
                        to.Add((time, -1, 0, 0));
                    }
                }
            }

            // Times at which a function of the time changes its sign, sought between the jumps that are known.
            private void AddCrossings(List<(double Time, int State, double Amount, double Flow)> to, Func<double, double> function, double end)
            {
                List<double> ends = [Start, end];
                foreach ((double time, _, _, _) in to)
                {
                    ends.Add(time);
                }

                ends.Sort();
                for (int piece = 0; piece + 1 < ends.Count; piece++)
                {
                    double margin = 1e-9 * (ends[piece + 1] - ends[piece]), left = ends[piece] + margin, before = function(left);
                    for (int i = 1; i <= 64; i++)
                    {
                        double right = i == 64 ? ends[piece + 1] - margin : ends[piece] + ((ends[piece + 1] - ends[piece]) * i / 64), after = function(right);
                        if (before < 0 != after < 0)
                        {
                            double low = left, high = right;
                            for (double middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2)
                            {
                                (low, high) = function(middle) < 0 == before < 0 ? (middle, high) : (low, middle);
                            }

                            to.Add((high, -1, 0, 0));
                        }

                        (before, left) = (after, right);
                    }
                }
            }

            private double Integrate(ref double t, double stop, double[] y, double[] size, double h, double tolerance)
            {
                const int N = StateCount;
                double[] f = new double[N], dt = new double[N], stage = new double[N], next = new double[N], right = new double[N];
                double[] jacobian = new double[N * N], matrix = new double[N * N];
                double[][] u = new double[Stages][];
                for (int i = 0; i < Stages; i++)
                {
                    u[i] = new double[N];
                }

                int[] pivots = new int[N];
                double proposed = h;
                while (t < stop)
                {
                    Derivatives(t, y, f);
                    Jacobian(t, y, jacobian, dt);
                    if (h == 0)
                    {
                        h = FirstStep(t, y, f, dt, jacobian, size, tolerance);
                    }

                    for (int attempt = 0; ; attempt++)
                    {
                        bool lands = t + (1.0001 * h) >= stop;
                        double length = lands ? stop - t : h, last = Math.BitDecrement(t + length);
                        if ((!lands && !(length > 1e-14 * Math.Abs(t))) || attempt > 200)
                        {
                            throw new InvalidOperationException($"The solution cannot be followed beyond t = {t.ToString(CultureInfo.InvariantCulture)}.");
                        }

                        for (int i = 0; i < N * N; i++)
                        {
                            matrix[i] = -jacobian[i];
                        }

                        for (int i = 0; i < N; i++)
                        {
                            matrix[(i * N) + i] += 1 / (length * Gamma);
                        }

                        double error = 0;
                        bool isWhole = Factor(matrix, pivots);
                        for (int s = 0; s < Stages && isWhole; s++)
                        {
                            for (int k = 0; k < N; k++)
                            {
                                double at = y[k], sum = length * s_time[s] * dt[k];
                                for (int j = 0; j < s; j++)
                                {
                                    at += s_a[s][j] * u[j][k];
                                    sum += s_c[s][j] / length * u[j][k];
                                }

                                (stage[k], right[k]) = (at, sum);
                            }

                            // Never beyond the step: what jumps at its end belongs to the next one.
                            Derivatives(Math.Min(t + (s_node[s] * length), last), stage, f);
                            for (int k = 0; k < N; k++)
                            {
                                u[s][k] = right[k] + f[k];
                            }

                            Substitute(matrix, pivots, u[s]);
                        }

                        for (int k = 0; k < N && isWhole; k++)
                        {
                            next[k] = y[k];
                            for (int s = 0; s < Stages; s++)
                            {
                                next[k] += s_weight[s] * u[s][k];
                            }

                            double ratio = u[Stages - 1][k] == 0 ? 0 : u[Stages - 1][k] / Scale(y[k], next[k], size, k, tolerance);
                            error += ratio * ratio / N;
                        }

                        error = isWhole ? Math.Sqrt(error) : double.NaN;
                        double factor = double.IsFinite(error) ? Math.Clamp(0.9 * Math.Pow(Math.Max(error, 1e-10), -0.2), 0.2, 5) : 0.2;
                        if (error <= 1)
                        {
                            t = lands ? stop : t + length;
                            next.CopyTo(y, 0);
                            for (int k = 0; k < N; k++)
                            {
                                size[k] = Math.Max(size[k], Math.Abs(y[k]));
                            }

                            // A step that was cut to land says nothing against the longer one.
                            h = lands ? Math.Max(proposed, length * factor) : length * factor;
                            proposed = h;
                            break;
                        }

                        h = length * Math.Min(factor, 0.9);
                        proposed = h;
                    }
                }

                return h;
            }

            // Small values count in relation to the largest that the state had, or that any state had.
            private static double Scale(double before, double after, double[] size, int k, double tolerance)
            {
                double largest = 0;
                for (int i = 0; i < size.Length; i++)
                {
                    largest = Math.Max(largest, size[i]);
                }

                return tolerance * (Math.Max(Math.Abs(before), Math.Abs(after)) + (1e-3 * Math.Max(size[k], 1e-9 * largest)) + 1e-280);
            }

            private static double FirstStep(double t, double[] y, double[] f, double[] dt, double[] jacobian, double[] size, double tolerance)
            {
                double first = 0, second = 0;
                for (int k = 0; k < y.Length; k++)
                {
                    size[k] = Math.Max(size[k], Math.Abs(y[k]));
                }

                for (int k = 0; k < y.Length; k++)
                {
                    double curvature = dt[k];
                    for (int j = 0; j < y.Length; j++)
                    {
                        curvature += jacobian[(k * y.Length) + j] * f[j];
                    }

                    double scale = Scale(y[k], y[k], size, k, tolerance) / tolerance;
                    first = Math.Max(first, Math.Abs(f[k]) / Math.Max(scale, 1e-280));
                    second = Math.Max(second, Math.Abs(curvature) / Math.Max(scale, 1e-280));
                }

                // So small that y changes by a small share; from nothing, as small as the tolerance asks for.
                double step = Math.Min(first > 0 ? 0.01 / first : double.MaxValue, second > 0 ? Math.Sqrt(Math.Pow(tolerance, 0.4) / second) : double.MaxValue);
                return step < double.MaxValue && step > 0 ? Math.Max(step, 1e-10 * Math.Max(Math.Abs(t), 1e-10)) : 1e-3 * Math.Max(Math.Abs(t), 1);
            }

            private static bool Factor(double[] a, int[] pivots)
            {
                int n = pivots.Length;
                for (int k = 0; k < n; k++)
                {
                    int best = k;
                    for (int i = k + 1; i < n; i++)
                    {
                        best = Math.Abs(a[(i * n) + k]) > Math.Abs(a[(best * n) + k]) ? i : best;
                    }

                    pivots[k] = best;
                    for (int j = 0; best != k && j < n; j++)
                    {
                        (a[(k * n) + j], a[(best * n) + j]) = (a[(best * n) + j], a[(k * n) + j]);
                    }

                    double pivot = a[(k * n) + k];
                    if (pivot == 0 || !double.IsFinite(pivot))
                    {
                        return false;
                    }

                    for (int i = k + 1; i < n; i++)
                    {
                        double factor = a[(i * n) + k] /= pivot;
                        for (int j = k + 1; factor != 0 && j < n; j++)
                        {
                            a[(i * n) + j] -= factor * a[(k * n) + j];
                        }
                    }
                }

                return true;
            }

            private static void Substitute(double[] a, int[] pivots, double[] b)
            {
                int n = pivots.Length;
                for (int k = 0; k < n; k++)
                {
                    (b[k], b[pivots[k]]) = (b[pivots[k]], b[k]);
                }

                for (int i = 0; i < n; i++)
                {
                    for (int j = 0; j < i; j++)
                    {
                        b[i] -= a[(i * n) + j] * b[j];
                    }
                }

                for (int i = n - 1; i >= 0; i--)
                {
                    for (int j = i + 1; j < n; j++)
                    {
                        b[i] -= a[(i * n) + j] * b[j];
                    }

                    b[i] /= a[(i * n) + i];
                }
            }
        """;
}
