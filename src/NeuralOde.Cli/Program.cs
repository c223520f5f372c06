return NeuralOde.Cli.Tool.Run(args);
