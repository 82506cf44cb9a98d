// SPDX-License-Identifier: MIT
#include "other_words.hpp"

#include <algorithm>
#include <iterator>

namespace nlsq::command {
namespace {

struct Advice {
  std::string_view words;  ///< between blanks
  std::string_view advice;
};

constexpr Advice kAdvice[] = {
    {" --weights --weight -w ",
     "--sigma takes standard deviations: for weights w write --sigma '1/sqrt(w)'"},
    {" --error --errors --err --yerr --y-err --yerror --dy --uncertainty --uncertainties --std "
     "--stddev -s ",
     "write --sigma with the column or the value of the standard deviations"},
    {" --residuals --residual --resid --fitted --curve ",
     "--table FILE.csv has each row with its fit and residual, and --plot FILE.svg draws them"},
    {" --save --output --write --export --result --results --outfile --output-file ",
     "write --out FILE.json, or .csv or .npz for a row of a table"},
    {" --logx --log-x --xlog --semilogx ", "write --log x"},
    {" --logy --log-y --ylog --semilogy ", "write --log y"},
    {" --loglog --log-log ", "write --log xy"},
    {" --guess --guesses --init --initial --initial-guess --start --x0 --params --parameters "
     "--initial-values ",
     "write --p0 a=1,b=2, or leave it out: starts are searched for"},
    {" --formula --func --function --equation --expression --eq -f -e ",
     "write --model 'y = a*x + b', or the name of a model ('nlsq models')"},
    {" --filter --query --select --rows-where --if ", "write --where 'x > 2 and x < 9'"},
    {" --group --groupby --group-by --groups ", "write --by COLUMN"},
    {" --robust --outliers ", "write --loss soft_l1 (or huber, cauchy), and --f-scale"},
    {" --maxiter --max-iter --iterations --niter --max-iterations --maxfev --max-fev ",
     "write --max-nfev N"},
    {" --tol --tolerance --eps ", "write --ftol, --xtol or --gtol"},
    {" --sep --separator --delim -d ", "write --delimiter CHAR, or leave it out: it is found"},
    {" --skiprows --skip-rows --skip-lines --skip-header --skiplines ", "write --skip N"},
    {" --na-values --na_values --missing-values --nodata --fill-value ", "write --na WORDS"},
    {" --sheet-name --sheetname --worksheet --tab ", "write --sheet NAME"},
    {" --comments --comment-char --commentchar ", "write --comment TEXT"},
    {" --nrows --head --max-rows ", "write --rows A:B, the lines of the first and the last row"},
    {" --no-header --noheader ", "write --header 0"},
    {" --names --cols --colnames --usecols ",
     "--columns NAMES names all columns of the file; --x NAME and --y NAME choose two of them"},
    {" --dropna --skipna --nan --nan-policy ", "write --missing omit"},
    {" --limits --limit --bound --constraints --min --max --lower --upper ",
     "write --bounds a=0:10,b=:5"},
    {" --hold --fixed --freeze --const --constant ", "write --fix c=0"},
    {" --xcol --x-column --xdata --independent ", "write --x NAME"},
    {" --ycol --y-column --ydata --target --response --dependent ", "write --y NAME"},
    {" --png --svg --figure --fig --graph --chart --image ", "write --plot FILE.svg"},
    {" --html ", "write --report FILE.html"},
    {" --confidence --ci --alpha --conf ", "write --level 0.95"},
    {" --silent ", "write --quiet"},
    {" --job --config --workflow --yaml -c ", "give the job as the file: nlsq fit job.yaml"},
    {" --stdout ", "write --json, or --out -"},
    {" --cores --nproc --jobs --workers -j ", "write --threads N"},
    {" --gpu --cuda --opencl ", "write --device auto, or one that 'nlsq info' lists"},
    {" --algorithm --solver --optimizer ", "write --method trf, lm, dogbox, varpro or auto"},
    {" --ask --interactive -i ", "there is none; 'nlsq init' writes a job to edit"},
    {" --eval --evaluate --extrapolate --interpolate ", "write --predict 0:10:0.1, or a file"},
    {" --data --file --input ", "give the file without a word before it: nlsq fit FILE"},
    {" -p ", "write --p0 for starts, --plot for a drawing"},
};

}  // namespace

std::string advice_for_option(std::string_view option) {
  const std::string wanted = " " + std::string(option) + " ";
  const auto found = std::find_if(std::begin(kAdvice), std::end(kAdvice), [&](const Advice& each) {
    return each.words.find(wanted) != std::string_view::npos;
  });
  return found == std::end(kAdvice) ? "" : std::string(found->advice);
}

}  // namespace nlsq::command
