prelude
import LeanMining.Foundation.Acceleration
import LeanMining.Algebra.Rat
import LeanMining.Algebra.Sum
import LeanMining.Clipping
import LeanMining.Conformance
import LeanMining.Nucleus.Certificate
import LeanMining.Nucleus.Gap
