using System.Globalization;
using System.Text;
using NeuralOde.Equations.Language;
using NeuralOde.Equations.Simulation;
using NeuralOde.Equations.Symbolics;

namespace NeuralOde.Equations.Export;

/// <summary>
/// A model as a C# file without dependencies: derivatives, exact Jacobian, quantities and observables, doses, and a solver for stiff and other equations.
/// </summary>
/// <example><code>
/// File.WriteAllText("Warfarin.cs", CSharpExport.Write(fit.FittedModel, "Warfarin"));
/// </code></example>
public static class CSharpExport
{
    /// <summary>Writes a model, its start values as the parameters' values.</summary>
    /// <param name="model">The model, such as <see cref="Fitting.EquationFit.FittedModel"/>.</param>
    /// <param name="className">The name of the class.</param>
    /// <returns>The file's text.</returns>
    /// <exception cref="ArgumentException">The name is not one that a class can have.</exception>
    /// <exception cref="EquationSolveException">
    /// The model has events, algebraic equations, inputs from a table, or steady-state doses.
    /// </exception>
    public static string Write(EquationModel model, string className = "FittedModel")
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(className);
        bool isName = className.Length > 0 && char.IsAsciiLetterUpper(className[0]) && className.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');
        if (!isName)
        {
            throw new ArgumentException($"A class has a name of letters, digits and _, the first one a capital; got '{className}'.", nameof(className));
        }

        BoundModel bound = model.Bound;
        (IReadOnlyList<Term> affine, IReadOnlyList<bool> isFloor, IReadOnlyList<Term> other) = Timeline.Conditions(bound);
        Refuse(bound);
        var text = new StringBuilder();
        var writer = new TermWriter(bound);
        text.Append(Head(model, className));
        Initial(text, writer, bound);
        Derivatives(text, writer, bound);
        Jacobian(text, writer, bound);
        Values(text, writer, "Quantities", "The quantities between the equations, by <see cref=\"QuantityNames\"/>.", [.. bound.Quantities.Select(static x => x.Value)]);
        Values(text, writer, "Observe", "What is observed, without noise, by <see cref=\"ObservableNames\"/>.", [.. bound.Observables.Select(static x => x.Value)]);
        Conditions(text, writer, other);
        Changes(text, writer, bound, affine, isFloor, other.Count);
        foreach (string line in CSharpTemplate.Solver.Split('\n'))
        {
            text.Append(line.Length > 0 ? "    " : "").Append(line.TrimEnd('\r')).Append('\n');
        }

        return text.Append("}\n").ToString();
    }

    private static void Refuse(BoundModel bound)
    {
        string? what = bound.Events.Count > 0 ? "events ('when')"
            : bound.IsAlgebraic.Any(static x => x) ? "algebraic equations ('0 = …')"
            : bound.Inputs.Count > 0 ? "inputs from a table"
            : bound.Doses.Any(static x => x.IsSteady) ? "doses in a steady state"
            : null;
        if (what is not null)
        {
            throw new EquationSolveException(
                EquationSolveReason.NotExportable,
                $"The model has {what}, which an exported program does not support.",
                "Solve it with the tool or the library, or leave that out.");
        }
    }

    private static string Head(EquationModel model, string className)
    {
        BoundModel bound = model.Bound;
        string comment = string.Concat(model.ToString().TrimEnd().Split('\n').Select(static x => $"//     {x.TrimEnd('\r')}\n"));
        string start = bound.Start is { } given ? TermWriter.Number(given) : "0";
        string perSeries = bound.Parameters.Any(static x => x.IsPerSeries) ? "; those that each series has its own of are start values, to be set" : "";
        return $$"""
            // Written by neuralode from the model
            //
            {{comment}}
            #nullable enable
            using System;
            using System.Collections.Generic;
            using System.Globalization;

            /// <summary>A fitted model: its equations, doses and solver. Not thread-safe.</summary>
            public sealed class {{className}}
            {
                private const int StateCount = {{bound.States.Count}};

                /// <summary>The names of the states.</summary>
                public static IReadOnlyList<string> StateNames { get; } = [{{Names(bound.States)}}];

                /// <summary>The names of the parameters.</summary>
                public static IReadOnlyList<string> ParameterNames { get; } = [{{Names(bound.Parameters.Select(static x => x.Name))}}];

                /// <summary>The names of the covariates.</summary>
                public static IReadOnlyList<string> CovariateNames { get; } = [{{Names(bound.Covariates.Select(static x => x.Name))}}];

                /// <summary>The names of <see cref="Quantities"/>.</summary>
                public static IReadOnlyList<string> QuantityNames { get; } = [{{Names(bound.Quantities.Select(static x => x.Name))}}];

                /// <summary>The names of what <see cref="Observe"/> gives.</summary>
                public static IReadOnlyList<string> ObservableNames { get; } = [{{Names(bound.Observables.Select(static x => x.Name))}}];

                /// <summary>The parameters' values{{perSeries}}.</summary>
                public double[] Parameters { get; } = [{{string.Join(", ", bound.Parameters.Select(static x => TermWriter.Number(x.Start)))}}];

                /// <summary>The covariates' values; those without a reference value must be set.</summary>
                public double[] Covariates { get; } = [{{string.Join(", ", bound.Covariates.Select(static x => TermWriter.Number(x.Reference ?? double.NaN)))}}];

                /// <summary>The time of the initial values.</summary>
                public double Start { get; set; } = {{start}};


            """.ReplaceLineEndings("\n");
    }

    private static string Names(IEnumerable<string> names)
    {
        return string.Join(", ", names.Select(static x => $"\"{Escaped(x)}\""));

        static string Escaped(string name) => name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
    }

    private static void Begin(StringBuilder text, string summary, string signature) => text.Append($$"""
            /// <summary>{{summary}}</summary>
            public {{signature}}
            {
                double[] p = Parameters, c = Covariates;

        """.ReplaceLineEndings("\n"));

    private static void Initial(StringBuilder text, TermWriter writer, BoundModel bound)
    {
        Begin(text, "Writes the states at <see cref=\"Start\"/>.", "void Initial(double[] y)");
        text.Append("        double t = Start;\n");
        string[] values = writer.Write(text, bound.Initials);
        for (int i = 0; i < values.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"        y[{i}] = {values[i]};\n");
        }

        text.Append("    }\n\n");
    }

    private static void Derivatives(StringBuilder text, TermWriter writer, BoundModel bound)
    {
        Begin(text, "Writes the derivatives of the states, infusions included.", "void Derivatives(double t, double[] y, double[] dy)");
        string[] values = writer.Write(text, bound.Rates);
        for (int i = 0; i < values.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"        dy[{i}] = {values[i]} + _flow[{i}];\n");
        }

        text.Append("    }\n\n");
    }

    private static void Jacobian(StringBuilder text, TermWriter writer, BoundModel bound)
    {
        int n = bound.States.Count;
        List<Term> terms = [];
        List<string> places = [];
        lock (bound.Pool)
        {
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j <= n; j++)
                {
                    Term derivative = bound.Pool.Derivative(bound.Rates[i], j < n ? BoundModel.StateVariable(j) : BoundModel.TimeVariable);
                    if (!derivative.Is(0))
                    {
                        terms.Add(derivative);
                        places.Add(j < n ? $"jacobian[{(i * n) + j}]" : $"dt[{i}]");
                    }
                }
            }
        }

        Begin(
            text,
            "Writes the derivatives of the derivatives: by the states, row by row, and by the time.",
            "void Jacobian(double t, double[] y, double[] jacobian, double[] dt)");
        text.Append("        Array.Clear(jacobian);\n        Array.Clear(dt);\n");
        string[] values = writer.Write(text, terms);
        for (int i = 0; i < values.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"        {places[i]} = {values[i]};\n");
        }

        text.Append("    }\n\n");
    }

    private static void Values(StringBuilder text, TermWriter writer, string name, string summary, Term[] terms)
    {
        Begin(text, summary, $"double[] {name}(double t, double[] y)");
        string[] values = writer.Write(text, terms);
        text.Append(CultureInfo.InvariantCulture, $"        return [{string.Join(", ", values)}];\n    }}\n\n");
    }

    /// <summary>Functions of the time alone at whose zeros the derivative jumps.</summary>
    private static void Conditions(StringBuilder text, TermWriter writer, IReadOnlyList<Term> conditions)
    {
        for (int i = 0; i < conditions.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"    private double Condition{i}(double t)\n    {{\n        double[] p = Parameters, c = Covariates;\n");
            string value = writer.Write(text, [conditions[i]])[0];
            text.Append(CultureInfo.InvariantCulture, $"        return {value};\n    }}\n\n");
        }
    }

    private static void Changes(StringBuilder text, TermWriter writer, BoundModel bound, IReadOnlyList<Term> affine, IReadOnlyList<bool> isFloor, int conditions)
    {
        int[] given = [.. Enumerable.Range(0, bound.Doses.Count).Where(i => bound.Doses[i].Column is not null)];
        if (given.Length > 0)
        {
            string which = string.Join(", ", given.Select(i => $"{i} {bound.Doses[i].Column} -> {bound.States[bound.Doses[i].State]}"));
            text.Append($$"""
                    /// <summary>Adds a dose.</summary>
                    /// <param name="time">When it is given, before any lag.</param>
                    /// <param name="amount">Its amount.</param>
                    /// <param name="rate">Amount per time of an infusion; 0 for a bolus.</param>
                    /// <param name="dose">Which dose of the model: {{which}}.</param>
                    public void AddDose(double time, double amount, double rate = 0, int dose = {{given[0]}}) => _doses.Add((dose, time, amount, rate));


                """.ReplaceLineEndings("\n"));
        }

        text.Append("    private List<(double Time, int State, double Amount, double Flow)> Changes(double end)\n    {\n");
        text.Append("        List<(double Time, int State, double Amount, double Flow)> changes = [];\n        double t = Start;\n");
        text.Append("        double[] y = new double[StateCount], p = Parameters, c = Covariates;\n");
        TermPool pool = bound.Pool;
        List<Term> terms = [.. affine];
        lock (pool)
        {
            foreach (BoundDose x in bound.Doses)
            {
                terms.AddRange([x.Amount ?? pool.One, x.At ?? pool.Zero, x.Every ?? pool.Zero, x.Rate ?? pool.Zero]);
                terms.AddRange([x.Duration ?? pool.Zero, x.Lag ?? pool.Zero, x.Bioavailability ?? pool.One]);
            }
        }

        string[] values = writer.Write(text, terms);
        for (int i = 0; i < isFloor.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"        AddSwitches(changes, {values[2 * i]}, {values[(2 * i) + 1]}, {(isFloor[i] ? "true" : "false")}, end);\n");
        }

        for (int i = 0; i < conditions; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"        AddCrossings(changes, Condition{i}, end);\n");
        }

        for (int i = 0; i < bound.Doses.Count; i++)
        {
            BoundDose x = bound.Doses[i];
            string[] v = values[(affine.Count + (7 * i))..(affine.Count + (7 * (i + 1)))];
            string rate = x.Rate is null ? x.Column is null ? "0" : "x.Rate" : v[3];
            (string first, string time, string amount) = x.Column is null
                ? ($"for (int i = 0; i < {x.Times.ToString(CultureInfo.InvariantCulture)}; i++)", $"{v[1]} + (i * {v[2]})", v[0])
                : ($"foreach ((int Dose, double Time, double Amount, double Rate) x in _doses.FindAll(static x => x.Dose == {i}))", "x.Time", "x.Amount");
            text.Append($$"""
                        {{first}}
                        {
                            AddChange(changes, {{time}} + {{v[5]}}, {{x.State}}, {{amount}} * {{v[6]}}, {{rate}}, {{v[4]}});
                        }


                """.ReplaceLineEndings("\n"));
        }

        text.Append("        return changes;\n    }\n\n");
    }
}
