/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Foundation.Acceleration
import LeanMining.Algebra.Rat
import LeanMining.Algebra.Sum
import LeanMining.Analysis.Instances
import LeanMining.Analysis.Rademacher
import LeanMining.Clipping
import LeanMining.ClippingTable
import LeanMining.Conformance
import LeanMining.Examples.Algebra
import LeanMining.Examples.Analysis
import LeanMining.Examples.Clipping
import LeanMining.Examples.Conformance
import LeanMining.Examples.Float
import LeanMining.Examples.Levels
import LeanMining.Examples.NeuralGeometry
import LeanMining.Examples.Nucleus
import LeanMining.Examples.QuantError
import LeanMining.Examples.Semantic
import LeanMining.Examples.Spectral
import LeanMining.Float.Conversions
import LeanMining.Float.Format
import LeanMining.Float.Model
import LeanMining.Float.Quantize
import LeanMining.Float.Rounding
import LeanMining.Information
import LeanMining.Network
import LeanMining.NeuralGeometry.BetaLocalHessian
import LeanMining.NeuralGeometry.DCMeanCentering
import LeanMining.NeuralGeometry.MoEGauge
import LeanMining.NeuralGeometry.MomentRatioFloor
import LeanMining.NeuralGeometry.NarrowDimCeiling
import LeanMining.NeuralGeometry.PartE.FFNWeightTransfer
import LeanMining.NeuralGeometry.SubspaceOverlap
import LeanMining.NeuralGeometry.WoAmplification
import LeanMining.Nucleus.Bounds
import LeanMining.Nucleus.Certificate
import LeanMining.Nucleus.Formats
import LeanMining.Nucleus.Gap
import LeanMining.Nucleus.Heyting
import LeanMining.QuantError.Levels
import LeanMining.QuantError.Mixture
import LeanMining.QuantError.Optimum
import LeanMining.QuantError.Rounding
import LeanMining.Semantic
import LeanMining.Spectral
