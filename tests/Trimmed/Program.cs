// Solves, learns, saves and loads with the libraries trimmed. Exit code 0 says that all of it works.
using System.Text;
using NeuralOde.Blocks;
using NeuralOde.Distributed;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Losses;
using NeuralOde.Optimizers;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

var orbit = Ode.Solve((t, y, dy) => { dy[0] = y[1]; dy[1] = -y[0]; }, y0: [1.0, 0.0], t0: 0, t1: 10, new Tsit5());
double error = Math.Abs(orbit.At(3.7)[0] - Math.Cos(3.7));

var block = new OdeBlock(new Mlp(inputs: 2, hidden: [8], outputs: 2, Activation.Tanh).AsField()) { Solver = new Dopri5() };
var adam = new Adam(block.Parameters, learningRate: 0.05);
Tensor start = Tensor.From([1f, 0f], [1, 2]), seen = Tensor.From([1f, 0f, 0.9f, 0.4f, 0.7f, 0.7f], [3, 1, 2]);
double[] times = [0, 0.4, 0.8];
double first = double.NaN, last = double.NaN;
for (int step = 0; step < 60; step++)
{
    Tensor loss = Loss.MeanSquared(block.Forward(start, times), seen);
    last = loss.ToScalar();
    first = step == 0 ? last : first;
    loss.Backward();
    adam.Step();
}

string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".safetensors");
block.Save(file);
var loaded = new OdeBlock(new Mlp(inputs: 2, hidden: [8], outputs: 2, Activation.Tanh).AsField()) { Solver = new Dopri5() };
loaded.Load(file);
File.Delete(file);
bool same = loaded.Forward(start, times).ToDoubles().AsSpan().SequenceEqual(block.Forward(start, times).ToDoubles());

int told = HandOut.Run(Communicator.Single, 3, static (i, _) => Encoding.UTF8.GetBytes($"{i}"), static _ => { });

Console.WriteLine($"orbit error {error:E1}, loss {first:E1} -> {last:E1}, loaded model {(same ? "agrees" : "differs")}, {told} pieces handed out");
return error < 1e-5 && last < 0.1 * first && same && told == 3 ? 0 : 1;
