namespace NeuralOde.Solvers.Tests.VariableOrder;

/// <summary>
/// Steps of one length by formulas of one order, after a start whose errors do not show: very short steps until the order has risen, then each a tenth longer than the one before.
/// </summary>
internal sealed record ConstantSteps(double Length, int Order, double Tolerance) : StepSizeControl
{
    public override Tolerances Tolerances => new(Tolerance, Tolerance);

    public override StepController CreateController(string parameter) => new Controller(Length, Order);

    private sealed class Controller(double length, int order) : StepController
    {
        private double _size;
        private double _direction;
        private int _steps;

        public override void Start(double t, double end, double initialStep) => (_size, _steps, _direction) = (1e-8, 0, Math.Sign(end - t));

        public override StepPlan Plan(double t, double stop)
        {
            double remaining = Math.Abs(stop - t);
            return remaining <= 1.0001 * _size ? new StepPlan(stop, stop - t, true, order) : new StepPlan(t + (_direction * _size), _direction * _size, false, order);
        }

        public override void OnAccepted(in StepPlan plan, in StepAttempt attempt)
        {
            // Each order needs as many steps as its formula has coefficients.
            _steps++;
            _size = _steps > (order + 1) * (order + 2) ? Math.Min(length, 1.1 * _size) : _size;
        }

        public override bool OnRejected(in StepPlan plan, in StepAttempt attempt) => false;
    }
}
